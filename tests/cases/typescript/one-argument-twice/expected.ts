import { read } from "./io";
import { parse } from "./parser";

const colors = {
  red: 1,
  green: 2,
};

export class Store {
  load(path: string, mode: Mode) {
    const data = read(path, mode);
<<<<<<< ours
    const rows = parse(data, 2 * limit);
||||||| base
    const rows = parse(data, limit);
=======
    const rows = parse(data, limit + 1);
>>>>>>> theirs
    if (rows && data) {
      emit(rows);
    }
    return rows;
  }

  save(path: string) {
    write(path, this.rows);
  }
}
