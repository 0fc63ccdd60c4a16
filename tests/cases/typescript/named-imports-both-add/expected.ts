import { b, c, d, e } from "./letters";

run(b, d);
