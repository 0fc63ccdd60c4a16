dependencies {
    implementation("a:a:1")
<<<<<<< ours
    implementation("b:b:1")
||||||| base
=======
    testImplementation("c:c:1")
>>>>>>> theirs
}
