libraryDependencies ++= Seq(
  "a" % "a" % "1",
<<<<<<< ours
  "b" % "b" % "1",
||||||| base
=======
  "c" % "c" % "1",
>>>>>>> theirs
)
