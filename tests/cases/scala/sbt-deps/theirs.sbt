libraryDependencies ++= Seq(
  "a" % "a" % "1",
  "c" % "c" % "1",
)
