using System;

namespace Example.Stores
{
    public enum Color
    {
        Red = 1,
        Green = 2,
    }

    public class Store
    {
        public List<Row> Load(string path, Mode mode)
        {
            var data = Read(path, mode);
            var rows = Parse(data, limit);
            if (rows != null && data != null)
            {
                Emit(rows);
            }
            return rows;
        }

        public void Save(string path)
        {
            Write(path, this.rows);
        }
    }
}
