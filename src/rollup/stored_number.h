/* A number as the table holds it: rounded to the column's scale, half away from zero, by its
 * shortest decimal form (base/decimal.h). Null stays null. */
#ifndef COSTAGG_ROLLUP_STORED_NUMBER_H
#define COSTAGG_ROLLUP_STORED_NUMBER_H

double stored_number(double value, int precision, int scale);

#endif
