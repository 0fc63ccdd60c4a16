dependencies {
    implementation("a:a:1")
}
