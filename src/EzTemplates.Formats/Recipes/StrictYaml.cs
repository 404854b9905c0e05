using EzTemplates.Domain;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace EzTemplates.Formats.Recipes;

/// <summary>
/// YAML as configuration needs it: one document of mappings with scalar keys, sequences and scalars, every node with its position.
/// Anchors, aliases and tags are refused, and so is a key that stands twice. Scalars are strings: <c>9.10</c> stays that.
/// </summary>
internal abstract record YamlNode(YamlPlace Place)
{
    public abstract string Kind { get; }
}

internal sealed record YamlScalar(YamlPlace Place, string Text, bool IsPlain) : YamlNode(Place)
{
    public override string Kind => "a scalar";

    /// <summary>Written as nothing at all, <c>~</c> or <c>null</c>.</summary>
    public bool IsNull => IsPlain && Text is "" or "~" or "null";
}

internal sealed record YamlSequence(YamlPlace Place, IReadOnlyList<YamlNode> Items) : YamlNode(Place)
{
    public override string Kind => "a list";
}

internal sealed record YamlMapping(YamlPlace Place, IReadOnlyList<(YamlScalar Key, YamlNode Value)> Pairs) : YamlNode(Place)
{
    public override string Kind => "a mapping";
}

/// <summary>Where something stands in a file; lines and columns count from 1.</summary>
internal sealed record YamlPlace(string FileName, long Line, long Column)
{
    public EzException Fail(string why, string? hint = null) => new(FailureKind.Usage, $"`{FileName}`, line {Line}, column {Column}: {why}", hint);
}

internal static class StrictYaml
{
    // Far beyond what a recipe needs, and far from what would overflow the stack.
    private const int DeepestNesting = 32;

    /// <exception cref="EzException">Usage: not YAML, or not the part of it that is read here; it names file, line and column.</exception>
    public static YamlNode Read(string text, string fileName) =>
        ReadOrNull(text, fileName) ?? throw new YamlPlace(fileName, 1, 1).Fail("the file is empty", "see README, \"Recipes\"");

    /// <summary>As <see cref="Read"/>; null where the file holds nothing but comments.</summary>
    public static YamlNode? ReadOrNull(string text, string fileName)
    {
        var parser = new Parser(new StringReader(text));
        try
        {
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
            {
                return null;
            }

            parser.Consume<DocumentStart>();
            var root = ReadNode(parser, fileName, 0);
            parser.Consume<DocumentEnd>();
            return parser.Accept<StreamEnd>(out _)
                ? root
                : throw PlaceOf(parser.Current!, fileName).Fail("the file holds more than one document");
        }
        catch (YamlException e)
        {
            throw new EzException(
                FailureKind.Usage, $"`{fileName}`, line {e.Start.Line}, column {e.Start.Column}: not YAML: {e.Message}", "see README, \"Recipes\"", e);
        }
    }

    private static YamlNode ReadNode(IParser parser, string fileName, int depth)
    {
        var place = PlaceOf(parser.Current!, fileName);
        if (depth > DeepestNesting)
        {
            throw place.Fail("nested too deeply");
        }

        switch (parser.Current)
        {
            case AnchorAlias alias:
                throw place.Fail($"the alias `*{alias.Value}` is not allowed here", "write the value out");
            case NodeEvent { Anchor.IsEmpty: false } node:
                throw place.Fail($"the anchor `&{node.Anchor}` is not allowed here", "write the value out where it is needed");
            case NodeEvent { Tag.IsEmpty: false } node:
                throw place.Fail($"the tag `{node.Tag}` is not allowed here", "leave it out: every scalar is a string");
            case Scalar scalar:
                parser.MoveNext();
                return new YamlScalar(place, scalar.Value, scalar.Style == ScalarStyle.Plain);
            case SequenceStart:
                return ReadSequence(parser, place, depth);
            case MappingStart:
                return ReadMapping(parser, place, depth);
            default:
                throw place.Fail("not a value");
        }
    }

    private static YamlSequence ReadSequence(IParser parser, YamlPlace place, int depth)
    {
        var items = new List<YamlNode>();
        parser.Consume<SequenceStart>();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadNode(parser, place.FileName, depth + 1));
        }

        return new YamlSequence(place, items);
    }

    private static YamlMapping ReadMapping(IParser parser, YamlPlace place, int depth)
    {
        var pairs = new List<(YamlScalar Key, YamlNode Value)>();
        var keys = new Dictionary<string, YamlPlace>(StringComparer.Ordinal);
        parser.Consume<MappingStart>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var node = ReadNode(parser, place.FileName, depth + 1);
            if (node is not YamlScalar key)
            {
                throw node.Place.Fail($"a key is {node.Kind}; keys are names");
            }

            if (!keys.TryAdd(key.Text, key.Place))
            {
                throw key.Place.Fail($"the key `{key.Text}` stands twice; the first is in line {keys[key.Text].Line}");
            }

            pairs.Add((key, ReadNode(parser, place.FileName, depth + 1)));
        }

        return new YamlMapping(place, pairs);
    }

    private static YamlPlace PlaceOf(ParsingEvent current, string fileName) => new(fileName, current.Start.Line, current.Start.Column);
}
