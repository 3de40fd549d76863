// libcurl's multi interface. Its setters are variadic, which Swift cannot call: each kind of value has a function here.
#pragma once
#include <curl/curl.h>
