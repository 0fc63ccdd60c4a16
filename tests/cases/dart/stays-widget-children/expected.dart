final w = Column(children: [
  A(),
<<<<<<< ours
  B(),
||||||| base
=======
  C(),
>>>>>>> theirs
]);
