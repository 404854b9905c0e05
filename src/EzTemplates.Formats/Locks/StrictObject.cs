using System.Collections.Immutable;
using System.Text.Json;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Locks;

/// <summary>
/// A JSON object that is read key by key: a key that is absent, of another type, or left unread is an error that names file and key.
/// </summary>
internal sealed class StrictObject
{
    private const string Hint = "ez lock";

    private readonly JsonElement _element;
    private readonly string _fileName;
    private readonly string _where;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public StrictObject(JsonElement element, string fileName, string where)
    {
        (_element, _fileName, _where) = (element, fileName, where);
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Fail(where, "is not an object");
        }
    }

    public bool Has(string key)
    {
        _known.Add(key);
        return _element.TryGetProperty(key, out _);
    }

    public string String(string key)
    {
        var value = Value(key);
        return value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : throw Refuse(key, "is not a string with something in it");
    }

    public long Number(string key, long least, long most)
    {
        var value = Value(key);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most
            ? number
            : throw Refuse(key, "is not a number in range");
    }

    public Sha256Digest Digest(string key)
    {
        var text = String(key);
        return Sha256Digest.TryParse(text, out var digest) && digest.ToString() == text
            ? digest
            : throw Refuse(key, "is not a SHA-256 digest (64 lower-case hexadecimal digits)");
    }

    public StrictObject Object(string key) => new(Value(key), _fileName, PathTo(key));

    public ImmutableArray<T> Rows<T>(string key, Func<StrictObject, T> read)
    {
        var value = Value(key);
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw Refuse(key, "is not a list");
        }

        var rows = ImmutableArray.CreateBuilder<T>(value.GetArrayLength());
        foreach (var element in value.EnumerateArray())
        {
            var row = new StrictObject(element, _fileName, $"{PathTo(key)}[{rows.Count}]");
            rows.Add(read(row));
            row.RefuseOtherKeys();
        }

        return rows.DrainToImmutable();
    }

    public void RefuseOtherKeys()
    {
        foreach (var property in _element.EnumerateObject())
        {
            if (!_known.Contains(property.Name))
            {
                throw Refuse(property.Name, "is not a key of a lock");
            }
        }
    }

    /// <param name="why">Follows the key's name: "is not a number".</param>
    public EzException Refuse(string key, string why) => Fail(PathTo(key), why);

    private JsonElement Value(string key) =>
        Has(key) ? _element.GetProperty(key) : throw Refuse(key, "is missing");

    private string PathTo(string key) => _where == "" ? key : $"{_where}.{key}";

    private EzException Fail(string where, string why) => new(
        FailureKind.Usage,
        where == "" ? $"lock `{_fileName}` {why}" : $"lock `{_fileName}`: `{where}` {why}",
        Hint);
}
