p
  .then(a)
<<<<<<< ours
  .then(b)
||||||| base
=======
  .then(c)
>>>>>>> theirs
  .catch(e);
