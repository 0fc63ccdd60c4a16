require "json"
require "set"

COLORS = {
  red: 1,
  green: 2,
}

class Store
  def load(path, mode)
    data = read(path, mode)
<<<<<<< ours
    rows = parse(data, 2 * LIMIT)
||||||| base
    rows = parse(data, LIMIT)
=======
    rows = parse(data, LIMIT + 1)
>>>>>>> theirs
    if rows && data
      emit(rows)
    end
    rows
  end

  def save(path)
    write(path, @rows)
  end
end
