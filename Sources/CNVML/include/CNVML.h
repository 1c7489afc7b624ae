// NVIDIA's management library, loaded when it is asked for: a machine without a card has none, and its header is not free
// software. The names and types are those of the published API (NVML API Reference Guide, docs.nvidia.com/deploy/nvml-api).
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { GATE_CARD_TEXT = 96, GATE_CARDS = 64 };
// In place of a figure the card or driver does not give.
enum { GATE_CARD_UNKNOWN = -1 };

typedef struct {
    char uuid[GATE_CARD_TEXT], name[GATE_CARD_TEXT], bus[GATE_CARD_TEXT];
    // Bytes.
    int64_t memory, memory_used;
    // Degrees Celsius, per cent, milliwatts.
    int64_t temperature, load, power, power_limit;
    int32_t compute_major, compute_minor;
    // NVML's code where the card itself could not be asked, else 0.
    int32_t failure;
} gate_card;

typedef struct {
    char driver[GATE_CARD_TEXT];
    // 12040 is CUDA 12.4.
    int32_t cuda;
    int32_t count;
    gate_card cards[GATE_CARDS];
} gate_cards;

enum { GATE_CARDS_READ, GATE_CARDS_NO_LIBRARY, GATE_CARDS_NO_FUNCTION, GATE_CARDS_REFUSED };

// Loads the library, asks it about every card and lets it go.
// reason: what dlopen or NVML says, or the function that is missing.
int gate_cards_read(const char *library, gate_cards *cards, char *reason, size_t room);
