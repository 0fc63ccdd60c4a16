const x = make()
  .first()
  .second();
