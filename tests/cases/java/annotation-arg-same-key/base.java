@Table(name = "a")
class C {
}
