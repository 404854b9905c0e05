using System.Text.Json;

namespace EzTemplates.Conformance;

/// <summary>Writes rows in the shape of the data: one object a line.</summary>
internal sealed class AnswerFile(string path) : IDisposable
{
    private readonly Stream _stream = DataFiles.Create(path);

    /// <param name="install"><c>name=version</c> or <c>name-evr.arch</c>, as the family's data has it; null where there is no solution.</param>
    public void Write(string id, IEnumerable<string> packages, IEnumerable<string>? install, double milliseconds)
    {
        using (var json = new Utf8JsonWriter(_stream))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("status", install is null ? "unsat" : "ok");
            WriteList(json, "packages", packages);
            WriteList(json, "install", install ?? []);
            json.WriteNumber("ms", Math.Round(milliseconds, 3));
            json.WriteEndObject();
        }

        _stream.WriteByte((byte)'\n');
    }

    public void Dispose() => _stream.Dispose();

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
