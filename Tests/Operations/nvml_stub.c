/* NVIDIA's management library as a driver with two unlike cards would have it: the second one does not tell its temperature,
   its power and its load. NVML_STUB_FAILS in the environment makes nvmlInit_v2 fail, as without a kernel module. */
#include <stdlib.h>
#include <string.h>

enum { OK = 0, NOT_SUPPORTED = 3, DRIVER_NOT_LOADED = 9 };
typedef struct { unsigned long long total, free, used; } memory;
typedef struct { unsigned int gpu, memory; } load;
typedef struct { char legacy[16]; unsigned int domain, bus, device, id, subsystem; char text[32]; } pci;
static int cards[2] = {0, 1};
static int of(void *device) { return *(int *)device; }
static int put(char *to, unsigned int room, const char *text) {
    if (strlen(text) >= room) return 7;
    strcpy(to, text);
    return OK;
}

int nvmlInit_v2(void) { return getenv("NVML_STUB_FAILS") ? DRIVER_NOT_LOADED : OK; }
int nvmlShutdown(void) { return OK; }
const char *nvmlErrorString(int code) { return code == DRIVER_NOT_LOADED ? "Driver Not Loaded" : "Unknown Error"; }
int nvmlDeviceGetCount_v2(unsigned int *count) { return *count = 2, OK; }
int nvmlDeviceGetHandleByIndex_v2(unsigned int index, void **device) { return *device = &cards[index], OK; }
int nvmlSystemGetDriverVersion(char *to, unsigned int room) { return put(to, room, "550.54.14"); }
int nvmlSystemGetCudaDriverVersion_v2(int *version) { return *version = 12040, OK; }
int nvmlDeviceGetName(void *d, char *to, unsigned int room) {
    return put(to, room, of(d) ? "NVIDIA GeForce RTX 3080 Ti Laptop GPU" : "NVIDIA GeForce RTX 3090");
}
int nvmlDeviceGetUUID(void *d, char *to, unsigned int room) {
    return put(to, room, of(d) ? "GPU-66666666-7777-8888-9999-000000000000" : "GPU-11111111-2222-3333-4444-555555555555");
}
int nvmlDeviceGetPciInfo_v3(void *d, pci *place) {
    strcpy(place->text, of(d) ? "00000000:02:00.0" : "00000000:01:00.0");
    return OK;
}
int nvmlDeviceGetMemoryInfo(void *d, memory *room) {
    room->total = (of(d) ? 16ULL : 24ULL) << 30;
    room->used = 1ULL << 30;
    room->free = room->total - room->used;
    return OK;
}
int nvmlDeviceGetTemperature(void *d, int sensor, unsigned int *degrees) {
    (void)sensor;
    return of(d) ? NOT_SUPPORTED : (*degrees = 61, OK);
}
int nvmlDeviceGetUtilizationRates(void *d, load *rates) { return of(d) ? NOT_SUPPORTED : (rates->gpu = 97, OK); }
int nvmlDeviceGetPowerUsage(void *d, unsigned int *watts) { return of(d) ? NOT_SUPPORTED : (*watts = 348500, OK); }
int nvmlDeviceGetPowerManagementLimit(void *d, unsigned int *watts) { return of(d) ? NOT_SUPPORTED : (*watts = 350000, OK); }
int nvmlDeviceGetCudaComputeCapability(void *d, int *major, int *minor) { return (void)d, *major = 8, *minor = 6, OK; }
