defp deps do
  [
    {:plug, "~> 1.0"},
    {:ecto, "~> 3.0"}
  ]
end
