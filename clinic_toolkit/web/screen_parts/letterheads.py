"""The letterhead with the logo, for papers that say whose they are; and the logo as a page shows it."""

from base64 import b64encode
from io import BytesIO

import msgspec

from clinic_toolkit.images.logo_limits import Logo
from clinic_toolkit.record.people import logos
from clinic_toolkit.record.values.page_values import Letterhead
from clinic_toolkit.web import context


def load_logo() -> Logo | None:
    """The logo of the practice; None if it has none."""
    found = logos.find_logo(context.db(), context.vault())
    return found.payload.logo if found else None


def letterhead_with_logo() -> Letterhead:
    """What papers show of the practice and the clinician, with the logo."""
    return msgspec.structs.replace(context.letterhead(), logo=load_logo())


def image_address(logo: Logo) -> str:
    """The logo as an address that holds the picture itself, so that no file of it is kept by a browser."""
    from PIL import Image

    held = BytesIO()
    Image.frombytes("RGB", (logo.width, logo.height), logo.dots).save(held, "PNG")
    return f"data:image/png;base64,{b64encode(held.getvalue()).decode()}"
