libraryDependencies ++= Seq(
  "a" % "a" % "1",
  "b" % "b" % "1",
)
