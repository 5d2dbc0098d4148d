/* Counts answers by two coded keys, as one would write it: one pass, one thread. */
#include <stdint.h>

void histogram(const int8_t *segment, const int8_t *month, const int8_t *score, int64_t rows, int32_t months,
               int32_t answers, int64_t *n) {
    for (int64_t i = 0; i < rows; i++) n[(segment[i] * months + month[i]) * answers + score[i]]++;
}
