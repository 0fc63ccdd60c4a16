public class Bird {
    String species;
    private double weight;

    public Bird(String name, double weight) {
        this.species = name;
        this.weight = weight;
    }
}
