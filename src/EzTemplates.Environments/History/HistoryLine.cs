using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>A history entry as one line of JSON, and back.</summary>
internal static class HistoryLine
{
    public static byte[] Write(HistoryEntry entry)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("n", entry.Number);
            json.WriteString("at", entry.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            json.WriteString("by", entry.By);
            json.WriteString("action", NameOf(entry.Action));
            WriteMapping(json, "from", entry.From);
            WriteMapping(json, "to", entry.To);
            json.WriteBoolean("ok", entry.Ok);
            json.WriteEndObject();
        }

        return [.. bytes.WrittenSpan, (byte)'\n'];
    }

    /// <returns>Null for what is no whole entry.</returns>
    public static HistoryEntry? TryRead(ReadOnlySpan<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(Encoding.UTF8.GetString(line));
            var json = document.RootElement;
            return new HistoryEntry(
                json.GetProperty("n").GetInt32(),
                json.GetProperty("at").GetDateTimeOffset(),
                json.GetProperty("by").GetString() ?? "",
                ActionOf(json.GetProperty("action").GetString()),
                json.GetProperty("from") is { ValueKind: JsonValueKind.Object } from ? ReadMapping(from) : null,
                ReadMapping(json.GetProperty("to")),
                json.GetProperty("ok").GetBoolean());
        }
        catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    public static string NameOf(MappingAction action) => action switch
    {
        MappingAction.Create => "create",
        MappingAction.Remap => "remap",
        MappingAction.Upgrade => "upgrade",
        MappingAction.Rollback => "rollback",
        _ => throw new ArgumentOutOfRangeException(nameof(action)),
    };

    private static MappingAction ActionOf(string? name) => name switch
    {
        "create" => MappingAction.Create,
        "remap" => MappingAction.Remap,
        "upgrade" => MappingAction.Upgrade,
        "rollback" => MappingAction.Rollback,
        _ => throw new FormatException($"`{name}` is no action"),
    };

    private static void WriteMapping(Utf8JsonWriter json, string name, Mapping? mapping)
    {
        if (mapping is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteString("template", mapping.Template);
        json.WriteString("manifest", mapping.Manifest.ToString());
        if (mapping.Composition is { } composition)
        {
            json.WriteString("composition", composition.ToString());
        }

        json.WriteEndObject();
    }

    private static Mapping ReadMapping(JsonElement json) => new(
        json.GetProperty("template").GetString() ?? "",
        Sha256Digest.Parse(json.GetProperty("manifest").GetString()),
        json.TryGetProperty("composition", out var composition) ? Sha256Digest.Parse(composition.GetString()) : null);
}
