const x = make()
  .first(1)
  .second();
