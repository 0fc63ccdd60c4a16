const x = make()
  .second()
  .first(1);
