final w = Column(children: [
  A(),
]);
