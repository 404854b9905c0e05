using System.Xml;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>A group of comps.xml, or an environment group, which is made of groups.</summary>
/// <param name="Members">Name, kind, and the condition of a conditional one.</param>
internal sealed record CompsGroup(string Id, IReadOnlyList<(string Name, RpmMemberKind Kind, string Condition)> Members);

internal static class CompsReader
{
    /// <summary>
    /// Many comps.xml name their DTD; it is passed over: no entity of it is known, so one that is used is an error.
    /// </summary>
    /// <param name="warn">Is told of groups that have no name to be asked for by.</param>
    /// <exception cref="MalformedMetadataException">The XML is broken.</exception>
    public static IEnumerable<CompsGroup> Read(Stream xml, string file, Action<MetadataWarning> warn)
    {
        using var reader = new MetadataXml(xml, file, "comps", DtdProcessing.Ignore);
        for (var number = 1; reader.NextChild(0); number++)
        {
            reader.Record = $"{reader.Name} {number}";
            if (reader.Name is not ("group" or "environment"))
            {
                continue;
            }

            var group = ReadGroup(reader);
            if (group.Id != "")
            {
                yield return group;
            }
            else
            {
                warn(new MetadataWarning(file, reader.Record, "it has no `id`"));
            }
        }
    }

    private static CompsGroup ReadGroup(MetadataXml reader)
    {
        var id = "";
        var members = new List<(string, RpmMemberKind, string)>();
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            if (reader.Name == "id")
            {
                id = reader.Text();
            }
            else if (reader.Name is "packagelist" or "grouplist" or "optionlist")
            {
                ReadList(reader, reader.Name, members);
            }
        }

        return new CompsGroup(id, members);
    }

    private static void ReadList(MetadataXml reader, string list, List<(string, RpmMemberKind, string)> members)
    {
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            if (reader.Name is not ("packagereq" or "groupid"))
            {
                continue;
            }

            var kind = list switch
            {
                "grouplist" => RpmMemberKind.Group,
                "optionlist" => RpmMemberKind.OptionalGroup,
                _ => reader.Attribute("type") switch
                {
                    "default" => RpmMemberKind.Default,
                    "optional" => RpmMemberKind.Optional,
                    "conditional" => RpmMemberKind.Conditional,
                    _ => RpmMemberKind.Mandatory,
                },
            };
            var condition = kind == RpmMemberKind.Conditional ? reader.Attribute("requires") ?? "" : "";
            if (reader.Text() is { Length: > 0 } name)
            {
                members.Add((name, kind, condition));
            }
        }
    }
}
