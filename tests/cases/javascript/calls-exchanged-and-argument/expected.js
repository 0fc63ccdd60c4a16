const x = make()
<<<<<<< ours
  .second()
  .first();
||||||| base
  .first()
  .second();
=======
  .first(1)
  .second();
>>>>>>> theirs
