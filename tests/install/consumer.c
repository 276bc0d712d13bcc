#include <mote.h>
#include <stdio.h>

int main(int argc, char** argv) {
  mote_model* model = NULL;
  mote_session* session = NULL;
  if (argc != 2 || mote_model_load(argv[1], NULL, &model) != MOTE_OK ||
      mote_session_create(model, NULL, &session) != MOTE_OK ||
      mote_session_run(session) != MOTE_OK) {
    printf("%s\n", mote_last_error());
    return 1;
  }
  printf("mote %s: %zu inputs, %zu outputs\n", mote_version(), mote_model_input_count(model),
         mote_model_output_count(model));
  mote_session_free(session);
  mote_model_free(model);
  return 0;
}
