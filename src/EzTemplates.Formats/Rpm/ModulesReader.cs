using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace EzTemplates.Formats;

/// <summary>What modules.yaml says of a build of a module's stream.</summary>
/// <param name="Artifacts"><c>name-epoch:version-release.arch</c>.</param>
/// <param name="Needs">Modules that it requires at run time, each with one of its streams; an empty stream is any.</param>
internal sealed record ModuleStreamRecord(
    string Module, string Stream, string Context, IReadOnlyList<string> Artifacts, IReadOnlyList<(string Module, string Stream)> Needs);

/// <summary>
/// Reads modules.yaml, a document at a time: modulemd versions 1 and 2 and modulemd-defaults (modulemd's specification). Other kinds of
/// documents are passed over, and a document that lacks what it needs is set aside.
/// </summary>
internal sealed class ModulesReader
{
    private const int DeepestNesting = 64;
    private readonly string _file;

    public ModulesReader(string file) => _file = file;

    public List<ModuleStreamRecord> Streams { get; } = [];

    /// <summary>Default streams by module.</summary>
    public Dictionary<string, string> Defaults { get; } = new(StringComparer.Ordinal);

    public List<MetadataWarning> Warnings { get; } = [];

    /// <exception cref="MalformedMetadataException">It is not YAML; names the file and the line.</exception>
    public void Read(Stream yaml)
    {
        using var text = new StreamReader(yaml, new UTF8Encoding(false, true), false, 1 << 14, true);
        var parser = new Parser(text);
        try
        {
            parser.Consume<StreamStart>();
            for (var number = 1; parser.TryConsume<DocumentStart>(out _); number++)
            {
                var problem = Take(ReadNode(parser, 0));
                if (problem is not null)
                {
                    Warnings.Add(new MetadataWarning(_file, $"document {number}", problem));
                }

                parser.Consume<DocumentEnd>();
            }
        }
        catch (YamlException e)
        {
            throw new MalformedMetadataException(_file, (int)e.Start.Line, "", "it is not YAML: " + e.Message);
        }
        catch (Exception e) when (e is DecoderFallbackException or MalformedArchiveException)
        {
            throw new MalformedMetadataException(
                _file, 0, "", e is MalformedArchiveException archive ? archive.Reason : "its text is not in its encoding");
        }
    }

    private string? Take(object? document)
    {
        if (Map(document) is not { } root || Map(root.GetValueOrDefault("data")) is not { } data)
        {
            return "it has no `data`";
        }

        switch (Scalar(root, "document"))
        {
            case "modulemd-defaults":
                var (module, stream) = (Scalar(data, "module"), Scalar(data, "stream"));
                if (module != "" && stream != "")
                {
                    Defaults[module] = stream;
                }

                return module == "" ? "it names no module" : null;
            case "modulemd":
                return TakeStream(data);
            default:
                return null;
        }
    }

    private string? TakeStream(Dictionary<string, object?> data)
    {
        var (name, stream) = (Scalar(data, "name"), Scalar(data, "stream"));
        if (name == "" || stream == "")
        {
            return "it names no module or no stream";
        }

        var artifacts = new List<string>();
        foreach (var artifact in List(Map(data.GetValueOrDefault("artifacts"))?.GetValueOrDefault("rpms")))
        {
            if (artifact is string nevra)
            {
                artifacts.Add(nevra);
            }
        }

        Streams.Add(new ModuleStreamRecord(name, stream, Scalar(data, "context"), artifacts, Needs(data.GetValueOrDefault("dependencies"))));
        return null;
    }

    /// <summary>Version 1 has a mapping, version 2 a list of them, one for each way it can be built; a built stream has one.</summary>
    private static List<(string Module, string Stream)> Needs(object? dependencies)
    {
        var first = Map(dependencies) ?? Map(List(dependencies).FirstOrDefault());
        var needs = new List<(string, string)>();
        foreach (var (module, streams) in Map(first?.GetValueOrDefault("requires")) ?? [])
        {
            var named = streams is string one ? [one] : List(streams).OfType<string>().Where(s => !s.StartsWith('-')).ToList();
            needs.AddRange(module == "platform" ? [] : named.Count == 0 ? [(module, "")] : named.Select(s => (module, s)));
        }

        return needs;
    }

    private static Dictionary<string, object?>? Map(object? node) => node as Dictionary<string, object?>;

    private static List<object?> List(object? node) => node as List<object?> ?? [];

    private static string Scalar(Dictionary<string, object?> map, string key) => map.GetValueOrDefault(key) as string ?? "";

    /// <summary>A scalar's text, a list, a mapping, or null for an alias: nothing that counts here uses one, and none is expanded.</summary>
    private object? ReadNode(Parser parser, int depth)
    {
        if (depth > DeepestNesting)
        {
            throw new MalformedMetadataException(_file, (int)parser.Current!.Start.Line, "", "nested too deeply");
        }

        switch (parser.Current)
        {
            case SequenceStart:
                parser.Consume<SequenceStart>();
                var items = new List<object?>();
                while (!parser.TryConsume<SequenceEnd>(out _))
                {
                    items.Add(ReadNode(parser, depth + 1));
                }

                return items;
            case MappingStart:
                parser.Consume<MappingStart>();
                var map = new Dictionary<string, object?>(StringComparer.Ordinal);
                while (!parser.TryConsume<MappingEnd>(out _))
                {
                    var key = ReadNode(parser, depth + 1) as string ?? "";
                    map[key] = ReadNode(parser, depth + 1);
                }

                return map;
            case Scalar scalar:
                parser.MoveNext();
                return scalar.Value;
            default:
                parser.MoveNext();
                return null;
        }
    }
}
