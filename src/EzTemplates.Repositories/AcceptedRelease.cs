using System.Text.Json;

namespace EzTemplates.Repositories;

/// <summary>What was accepted last from one archive root for one suite of a repository. Its texts lie beside it by their digests.</summary>
internal sealed record AcceptedRelease
{
    /// <summary>The id of the recipe's repository.</summary>
    public required string Repository { get; init; }

    public required string Root { get; init; }

    public required string Suite { get; init; }

    /// <summary>SHA-256 of the InRelease, or of the Release if there is a <see cref="Signature"/> or none is asked for.</summary>
    public required string Message { get; init; }

    /// <summary>SHA-256 of the Release.gpg.</summary>
    public string? Signature { get; init; }

    /// <summary>The snapshot's name.</summary>
    public required string Name { get; init; }

    public required string Origin { get; init; }

    public required DateTimeOffset Date { get; init; }

    public string? EntityTag { get; init; }

    public DateTimeOffset? LastModified { get; init; }

    /// <summary>SHA-256 of the index files as fetched.</summary>
    public required IReadOnlyList<string> Indexes { get; init; }

    /// <summary>By hand, as a serializer's start-up would be the larger part of a command that finds nothing new.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static AcceptedRelease Read(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        try
        {
            return new AcceptedRelease
            {
                Repository = root.GetProperty("repository").GetString()!,
                Root = root.GetProperty("root").GetString()!,
                Suite = root.GetProperty("suite").GetString()!,
                Message = root.GetProperty("message").GetString()!,
                Signature = root.GetProperty("signature").GetString(),
                Name = root.GetProperty("name").GetString()!,
                Origin = root.GetProperty("origin").GetString()!,
                Date = root.GetProperty("date").GetDateTimeOffset(),
                EntityTag = root.GetProperty("entityTag").GetString(),
                LastModified = root.GetProperty("lastModified") is { ValueKind: JsonValueKind.String } time ? time.GetDateTimeOffset() : null,
                Indexes = Texts(root.GetProperty("indexes")),
            };
        }
        catch (Exception other) when (other is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new JsonException(other.Message, other);
        }
    }

    private static List<string> Texts(JsonElement array)
    {
        var texts = new List<string>();
        foreach (var item in array.EnumerateArray())
        {
            texts.Add(item.GetString()!);
        }

        return texts;
    }

    public byte[] Write()
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("repository", Repository);
            json.WriteString("root", Root);
            json.WriteString("suite", Suite);
            json.WriteString("message", Message);
            json.WriteString("signature", Signature);
            json.WriteString("name", Name);
            json.WriteString("origin", Origin);
            json.WriteString("date", Date);
            json.WriteString("entityTag", EntityTag);
            json.WritePropertyName("lastModified");
            if (LastModified is { } time)
            {
                json.WriteStringValue(time);
            }
            else
            {
                json.WriteNullValue();
            }

            json.WriteStartArray("indexes");
            foreach (var index in Indexes)
            {
                json.WriteStringValue(index);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return text.ToArray();
    }
}
