dependencies {
    implementation("a:a:1")
    testImplementation("c:c:1")
}
