"""The one place that knows the shape of the metadata package."""

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE
from phonenumbers.data import _ALT_NUMBER_FORMATS, _AVAILABLE_NONGEO_COUNTRY_CODES, _AVAILABLE_REGION_CODES
from phonenumbers.phonemetadata import PhoneMetadata
from phonenumbers.shortdata import _AVAILABLE_REGION_CODES as _SHORT_REGION_CODES


def territories():
    """Every region in alphabetical order, then the non-geographic entities ("001") by calling code."""
    found = [(region, PhoneMetadata.metadata_for_region(region)) for region in sorted(_AVAILABLE_REGION_CODES)]
    found += [("001", PhoneMetadata.metadata_for_nongeo_region(code)) for code in sorted(_AVAILABLE_NONGEO_COUNTRY_CODES)]
    return found, {code: tuple(regions) for code, regions in COUNTRY_CODE_TO_REGION_CODE.items()}


def short_numbers():
    """The short and emergency numbers of every region that has such."""
    return {region: PhoneMetadata.short_metadata_for_region(region) for region in _SHORT_REGION_CODES}


def alternate_formats():
    """Other ways in which numbers of a calling code are grouped, by the code."""
    return dict(_ALT_NUMBER_FORMATS)
