/* The parts of the pages, embedded at build time from src/result/page/. */
#ifndef COSTAGG_RESULT_PAGE_TEXT_H
#define COSTAGG_RESULT_PAGE_TEXT_H

extern const char page_page_html[]; /* with {{style}}, {{data}} and {{script}} */
extern const char page_style_css[]; /* also of the comparison's page */
extern const char page_format_js[]; /* numbers, days, CSV */
extern const char page_cube_js[];   /* the data, filtered and summed */
extern const char page_chart_js[];  /* SVG charts */
extern const char page_table_js[];  /* sortable tables */
extern const char page_page_js[];   /* the page itself */

#endif
