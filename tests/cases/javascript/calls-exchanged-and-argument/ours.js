const x = make()
  .second()
  .first();
