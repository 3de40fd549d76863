// libcmark (CommonMark): the part of its C interface that turns the Markdown guides into HTML.
#pragma once

#include <cmark.h>
#include <stdlib.h>
