#include "CNVML.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

typedef struct device *device;
typedef struct { unsigned long long total, free, used; } memory;
typedef struct { unsigned int gpu, memory; } load;
typedef struct {
    char legacy[16];
    unsigned int domain, bus, device, device_id, subsystem_id;
    char id[32];
} pci;

typedef struct {
    int (*init)(void);
    int (*shutdown)(void);
    int (*count)(unsigned int *);
    int (*handle)(unsigned int, device *);
    // The rest need not be there.
    const char *(*words)(int);
    int (*driver)(char *, unsigned int);
    int (*cuda)(int *);
    int (*uuid)(device, char *, unsigned int);
    int (*name)(device, char *, unsigned int);
    int (*pci)(device, pci *);
    int (*memory)(device, memory *);
    int (*temperature)(device, int, unsigned int *);
    int (*load)(device, load *);
    int (*power)(device, unsigned int *);
    int (*limit)(device, unsigned int *);
    int (*compute)(device, int *, int *);
} functions;

static int find(void *library, functions *f, const char **missing) {
#define NEEDED(member, symbol) \
    if (!(*(void **)&f->member = dlsym(library, symbol))) return *missing = symbol, 0
#define WANTED(member, symbol) *(void **)&f->member = dlsym(library, symbol)
    NEEDED(init, "nvmlInit_v2");
    NEEDED(shutdown, "nvmlShutdown");
    NEEDED(count, "nvmlDeviceGetCount_v2");
    NEEDED(handle, "nvmlDeviceGetHandleByIndex_v2");
    WANTED(words, "nvmlErrorString");
    WANTED(driver, "nvmlSystemGetDriverVersion");
    WANTED(cuda, "nvmlSystemGetCudaDriverVersion_v2");
    WANTED(uuid, "nvmlDeviceGetUUID");
    WANTED(name, "nvmlDeviceGetName");
    WANTED(pci, "nvmlDeviceGetPciInfo_v3");
    WANTED(memory, "nvmlDeviceGetMemoryInfo");
    WANTED(temperature, "nvmlDeviceGetTemperature");
    WANTED(load, "nvmlDeviceGetUtilizationRates");
    WANTED(power, "nvmlDeviceGetPowerUsage");
    WANTED(limit, "nvmlDeviceGetPowerManagementLimit");
    WANTED(compute, "nvmlDeviceGetCudaComputeCapability");
#undef NEEDED
#undef WANTED
    return 1;
}

static void read_card(const functions *f, unsigned int index, gate_card *card) {
    memset(card, 0, sizeof *card);
    card->memory = card->memory_used = card->temperature = card->load = card->power = card->power_limit =
        GATE_CARD_UNKNOWN;
    card->compute_major = card->compute_minor = GATE_CARD_UNKNOWN;
    device handle;
    if ((card->failure = f->handle(index, &handle)) != 0) return;
    // NVML ends its texts itself, and the last byte stays what it was.
    if (f->uuid && f->uuid(handle, card->uuid, sizeof card->uuid - 1) != 0) card->uuid[0] = 0;
    if (f->name && f->name(handle, card->name, sizeof card->name - 1) != 0) card->name[0] = 0;
    pci place;
    memset(&place, 0, sizeof place);
    if (f->pci && f->pci(handle, &place) == 0) snprintf(card->bus, sizeof card->bus, "%.31s", place.id);
    memory room;
    if (f->memory && f->memory(handle, &room) == 0) {
        card->memory = (int64_t)room.total;
        card->memory_used = (int64_t)room.used;
    }
    unsigned int figure;
    if (f->temperature && f->temperature(handle, 0, &figure) == 0) card->temperature = figure;
    if (f->power && f->power(handle, &figure) == 0) card->power = figure;
    if (f->limit && f->limit(handle, &figure) == 0) card->power_limit = figure;
    load rates;
    if (f->load && f->load(handle, &rates) == 0) card->load = rates.gpu;
    int major, minor;
    if (f->compute && f->compute(handle, &major, &minor) == 0) {
        card->compute_major = major;
        card->compute_minor = minor;
    }
}

int gate_cards_read(const char *library, gate_cards *cards, char *reason, size_t room) {
    memset(cards, 0, sizeof *cards);
    void *loaded = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (!loaded) {
        const char *words = dlerror();
        snprintf(reason, room, "%s", words ? words : "");
        return GATE_CARDS_NO_LIBRARY;
    }
    functions f;
    const char *missing;
    int result = GATE_CARDS_READ;
    if (!find(loaded, &f, &missing)) {
        snprintf(reason, room, "%s", missing);
        result = GATE_CARDS_NO_FUNCTION;
    } else {
        unsigned int count = 0;
        int status = f.init();
        if (status == 0) {
            status = f.count(&count);
            if (status == 0) {
                if (f.driver && f.driver(cards->driver, sizeof cards->driver - 1) != 0) cards->driver[0] = 0;
                if (!f.cuda || f.cuda(&cards->cuda) != 0) cards->cuda = GATE_CARD_UNKNOWN;
                cards->count = (int32_t)(count > GATE_CARDS ? GATE_CARDS : count);
                for (int32_t i = 0; i < cards->count; i++) read_card(&f, (unsigned int)i, &cards->cards[i]);
            }
            f.shutdown();
        }
        if (status != 0) {
            snprintf(reason, room, "%s (%d)", f.words ? f.words(status) : "NVML", status);
            result = GATE_CARDS_REFUSED;
        }
    }
    dlclose(loaded);
    return result;
}
