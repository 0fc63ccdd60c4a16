public class Bird {
    final String species;
    double weight;
    int wings;

    public Bird(String species, double weight, int wings) {
        this.species = species;
        this.weight = weight;
        this.wings = wings;
    }
}
