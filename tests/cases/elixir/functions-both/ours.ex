defmodule A do
  def a do
    1
  end

  def b do
    2
  end
end
