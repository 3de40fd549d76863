// libxml2's SAX2 parser, as Swift can see it.
#pragma once
#include <libxml/xmlversion.h>
// Debian's libxml2 declares its converters with the system's ICU, whose types clash with those of the ICU that Foundation
// brings. Nothing here looks into a converter, so their fields need not be declared.
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
