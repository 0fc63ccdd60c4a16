public class Bird {
    String species;
    double weight;

    public Bird(String species, double weight) {
        this.species = species;
        this.weight = weight;
    }
}
