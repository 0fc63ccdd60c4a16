libraryDependencies ++= Seq(
  "a" % "a" % "1",
)
