defmodule A do
  def a do
    1
  end

  def c do
    3
  end
end
