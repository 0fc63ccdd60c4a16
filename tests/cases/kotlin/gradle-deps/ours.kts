dependencies {
    implementation("a:a:1")
    implementation("b:b:1")
}
