using System.Text;
using System.Text.Json;

namespace EzTemplates.Formats.Recipes;

/// <summary>
/// A table of keys as a JSON Schema (draft 7, the one that editors' YAML servers know): it accepts what the reader accepts, as far as a
/// schema can say it, so that an editor completes keys and words and warns of others.
/// </summary>
public static class RecipeSchema
{
    public static string Write() => Write(RecipeKeys.Recipe, "A recipe of EzTemplates");

    internal static string Write(KeyTable table, string title)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "http://json-schema.org/draft-07/schema#");
            json.WriteString("title", title);
            WriteTable(json, table);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }

    /// <summary>Into an object that has been begun.</summary>
    private static void WriteTable(Utf8JsonWriter json, KeyTable table)
    {
        json.WriteString("type", "object");
        json.WriteBoolean("additionalProperties", false);
        WriteNames(json, "required", table.Keys.Where(key => key is { IsRequired: true, Place: KeyPlace.Any }).Select(key => key.Name));
        json.WriteStartObject("properties");
        foreach (var key in table.Keys)
        {
            json.WriteStartObject(key.Name);
            json.WriteString("description", key.IsLater ? $"{key.Meaning} (Not supported by this version.)" : key.Meaning);
            WriteValue(json, key.Value);
            WriteDefault(json, key);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        if (table.Keys.Any(key => key.Place != KeyPlace.Any))
        {
            WriteKinds(json, table);
        }
    }

    /// <summary>What an OS must have and an application must not, and the other way round.</summary>
    private static void WriteKinds(Utf8JsonWriter json, KeyTable table)
    {
        json.WriteStartObject("if");
        json.WriteStartObject("properties");
        json.WriteStartObject("kind");
        json.WriteString("const", "os");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        foreach (var (branch, own, other) in (ReadOnlySpan<(string, KeyPlace, KeyPlace)>)[("then", KeyPlace.Os, KeyPlace.App), ("else", KeyPlace.App, KeyPlace.Os)])
        {
            json.WriteStartObject(branch);
            WriteNames(json, "required", table.Keys.Where(key => key.IsRequired && key.Place == own).Select(key => key.Name));
            json.WriteStartObject("properties");
            foreach (var key in table.Keys.Where(key => key.Place == other))
            {
                json.WriteBoolean(key.Name, false);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }
    }

    private static void WriteValue(Utf8JsonWriter json, KeyValue value)
    {
        switch (value)
        {
            case KeyValue.Text text:
                // An editor takes `1.0` for a number, and the reader for text.
                WriteNames(json, "type", ["string", "number"]);
                if (text.Pattern is { } pattern)
                {
                    json.WriteString("pattern", pattern);
                }

                break;
            case KeyValue.Word word:
                WriteWords(json, word.Words);
                break;
            case KeyValue.Flag:
                json.WriteString("type", "boolean");
                break;
            case KeyValue.Number number:
                json.WriteString("type", "integer");
                json.WriteNumber("minimum", number.Least);
                json.WriteNumber("maximum", number.Most);
                break;
            case KeyValue.List list:
                json.WriteString("type", "array");
                json.WriteNumber("minItems", list.Least);
                json.WriteStartObject("items");
                WriteValue(json, list.Item);
                json.WriteEndObject();
                break;
            case KeyValue.Mapping mapping:
                WriteTable(json, mapping.Keys);
                break;
            case KeyValue.Names names:
                json.WriteString("type", "object");
                json.WriteStartObject("additionalProperties");
                WriteValue(json, names.Value);
                json.WriteEndObject();
                break;
            case KeyValue.Either either:
                json.WriteStartArray("anyOf");
                foreach (var one in (ReadOnlySpan<KeyValue>)[either.One, either.Other])
                {
                    json.WriteStartObject();
                    WriteValue(json, one);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                break;
            default:
                // `{after-create: []}` asks for nothing as well.
                WriteNames(json, "type", ["array", "object"]);
                json.WriteNumber("maxItems", 0);
                json.WriteStartObject("additionalProperties");
                WriteNames(json, "type", ["array", "object"]);
                json.WriteNumber("maxItems", 0);
                json.WriteNumber("maxProperties", 0);
                json.WriteEndObject();
                break;
        }
    }

    /// <summary>An editor takes a word of digits for a number.</summary>
    private static void WriteWords(Utf8JsonWriter json, IEnumerable<string> words)
    {
        json.WriteStartArray("enum");
        foreach (var word in words)
        {
            json.WriteStringValue(word);
            if (int.TryParse(word, System.Globalization.NumberStyles.None, null, out var number))
            {
                json.WriteNumberValue(number);
            }
        }

        json.WriteEndArray();
    }

    private static void WriteDefault(Utf8JsonWriter json, KeyEntry key)
    {
        if (key.OtherwiseText is not null)
        {
            return;
        }

        switch (key.Value)
        {
            case KeyValue.Flag flag:
                json.WriteBoolean("default", flag.Otherwise);
                break;
            case KeyValue.Number number:
                json.WriteNumber("default", number.Otherwise);
                break;
            case KeyValue.Word { Words: [var first, _, ..] } when !key.IsRequired:
                json.WriteString("default", first);
                break;
            default:
                break;
        }
    }

    private static void WriteNames(Utf8JsonWriter json, string property, IEnumerable<string> names)
    {
        json.WriteStartArray(property);
        foreach (var name in names)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
    }
}
