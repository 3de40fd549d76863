// Embeds the documents at compile time (C23 `#embed`), so that a server is one file to install and what it serves
// always fits what it does. Paths are relative to this file.
#include "CDocuments.h"

// The compiler accepts `#embed` in every C mode and mentions that it comes from C23.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char index_bytes[] = {
#embed "../../docs/index.md"
};
static const unsigned char api_bytes[] = {
#embed "../../docs/api.md"
};
static const unsigned char spam_signal_bytes[] = {
#embed "../../docs/spam-signal.md"
};
static const unsigned char middleware_bytes[] = {
#embed "../../docs/middleware.md"
};
static const unsigned char operating_bytes[] = {
#embed "../../docs/operating.md"
};
static const unsigned char nocli_bytes[] = {
#embed "../../docs/nocli.md"
};
static const unsigned char design_bytes[] = {
#embed "../../docs/design.md"
};
static const unsigned char templates_bytes[] = {
#embed "../../docs/templates.md"
};
static const unsigned char integrations_bytes[] = {
#embed "../../docs/integrations/index.md"
};
static const unsigned char integrations_3cx_bytes[] = {
#embed "../../docs/integrations/3cx.md"
};
static const unsigned char integrations_crm_3cx_bytes[] = {
#embed "../../docs/integrations/crm-3cx.md"
};
static const unsigned char integrations_crm_freeswitch_bytes[] = {
#embed "../../docs/integrations/crm-freeswitch.md"
};
static const unsigned char integrations_crm_asterisk_bytes[] = {
#embed "../../docs/integrations/crm-asterisk.md"
};
static const unsigned char style_sheet_bytes[] = {
#embed "../../docs/style.css"
};
static const unsigned char openapi_lookup_bytes[] = {
#embed "../../docs/openapi/lookup.json"
};
static const unsigned char openapi_middleware_bytes[] = {
#embed "../../docs/openapi/middleware.json"
};
static const unsigned char numbers_online_template_bytes[] = {
#embed "../../Templates/numbers-online.crm.xml"
};
static const unsigned char crm_middleware_template_bytes[] = {
#embed "../../Templates/crm-middleware.crm.xml"
};
static const unsigned char integrations_freeswitch_fusionpbx_bytes[] = {
#embed "../../docs/integrations/freeswitch-fusionpbx.md"
};
static const unsigned char integrations_asterisk_bytes[] = {
#embed "../../docs/integrations/asterisk.md"
};
static const unsigned char integrations_freepbx_superfecta_bytes[] = {
#embed "../../docs/integrations/freepbx-superfecta.md"
};
static const unsigned char integrations_microsip_bytes[] = {
#embed "../../docs/integrations/microsip.md"
};
static const unsigned char freeswitch_cidlookup_bytes[] = {
#embed "../../docs/integrations/freeswitch/cidlookup.conf.xml"
};
static const unsigned char freeswitch_cnam_lua_bytes[] = {
#embed "../../docs/integrations/freeswitch/numbers_online_cnam.lua"
};
static const unsigned char asterisk_extensions_bytes[] = {
#embed "../../docs/integrations/asterisk/extensions.conf"
};
static const unsigned char freepbx_superfecta_module_bytes[] = {
#embed "../../docs/integrations/freepbx/source-NumbersOnline.module"
};
static const unsigned char microsip_ps1_bytes[] = {
#embed "../../docs/integrations/microsip/NumbersOnlineLookup.ps1"
};
static const unsigned char microsip_bat_bytes[] = {
#embed "../../docs/integrations/microsip/NumbersOnlineLookup.bat"
};

#define NO_DOCUMENT(name)                                                        \
    no_document no_document_##name(void) {                                       \
        return (no_document){.bytes = name##_bytes, .count = sizeof name##_bytes}; \
    }

NO_DOCUMENT(index)
NO_DOCUMENT(api)
NO_DOCUMENT(spam_signal)
NO_DOCUMENT(middleware)
NO_DOCUMENT(operating)
NO_DOCUMENT(nocli)
NO_DOCUMENT(design)
NO_DOCUMENT(templates)
NO_DOCUMENT(integrations)
NO_DOCUMENT(integrations_3cx)
NO_DOCUMENT(integrations_crm_3cx)
NO_DOCUMENT(integrations_crm_freeswitch)
NO_DOCUMENT(integrations_crm_asterisk)
NO_DOCUMENT(style_sheet)
NO_DOCUMENT(openapi_lookup)
NO_DOCUMENT(openapi_middleware)
NO_DOCUMENT(numbers_online_template)
NO_DOCUMENT(crm_middleware_template)
NO_DOCUMENT(integrations_freeswitch_fusionpbx)
NO_DOCUMENT(integrations_asterisk)
NO_DOCUMENT(integrations_freepbx_superfecta)
NO_DOCUMENT(integrations_microsip)
NO_DOCUMENT(freeswitch_cidlookup)
NO_DOCUMENT(freeswitch_cnam_lua)
NO_DOCUMENT(asterisk_extensions)
NO_DOCUMENT(freepbx_superfecta_module)
NO_DOCUMENT(microsip_ps1)
NO_DOCUMENT(microsip_bat)
