// The documents that the binary carries: guides, OpenAPI descriptions, style sheet and 3CX templates, as read-only bytes.
#pragma once

#include <stddef.h>

// One embedded file. `bytes` points into the read-only data of the program, lives as long as it, and is not
// terminated by a zero byte.
typedef struct {
    const unsigned char *bytes;
    size_t count;
} no_document;

no_document no_document_index(void);
no_document no_document_api(void);
no_document no_document_spam_signal(void);
no_document no_document_middleware(void);
no_document no_document_operating(void);
no_document no_document_nocli(void);
no_document no_document_design(void);
no_document no_document_templates(void);
no_document no_document_integrations(void);
no_document no_document_integrations_3cx(void);
no_document no_document_integrations_crm_3cx(void);
no_document no_document_integrations_crm_freeswitch(void);
no_document no_document_integrations_crm_asterisk(void);
no_document no_document_style_sheet(void);
no_document no_document_openapi_lookup(void);
no_document no_document_openapi_middleware(void);
no_document no_document_numbers_online_template(void);
no_document no_document_crm_middleware_template(void);
no_document no_document_integrations_freeswitch_fusionpbx(void);
no_document no_document_integrations_asterisk(void);
no_document no_document_integrations_freepbx_superfecta(void);
no_document no_document_integrations_microsip(void);
no_document no_document_freeswitch_cidlookup(void);
no_document no_document_freeswitch_cnam_lua(void);
no_document no_document_asterisk_extensions(void);
no_document no_document_freepbx_superfecta_module(void);
no_document no_document_microsip_ps1(void);
no_document no_document_microsip_bat(void);
