public class Bird {
    final String species;
    private double weight;
    int wings;

    public Bird(String name, double weight, int wings) {
        this.species = name;
        this.weight = weight;
        this.wings = wings;
    }
}
