using System.Runtime.InteropServices;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>Who provides, obsoletes and supplements what; modules and groups.</summary>
internal sealed partial class RpmUniverseWriter
{
    private Dictionary<(string Name, string Evr, string Architecture), List<int>>? _byIdentity;
    private Dictionary<(string Name, string Architecture), List<int>>? _byName;

    private void WriteProvides()
    {
        var more = MoreFilesByRow();
        var starts = new int[_rows.Length + 1];
        var provides = new List<int>(_builder.Provides.Count);
        var providers = new List<(int Name, int Package, int Relation)>(_builder.Provides.Count);
        for (var package = 0; package < _rows.Length; package++)
        {
            var row = _rows[package];
            foreach (var number in _builder.Provides.GetRange(row.FirstProvide, row.ProvideCount).Concat(more.GetValueOrDefault(package) ?? []))
            {
                provides.Add(_relationRank[number]);
                providers.Add((_rankOf[_builder.Relations[number].Name], package, _relationRank[number]));
            }

            starts[package + 1] = provides.Count;
        }

        _columns.Add(starts);
        _columns.Add(provides.ToArray());
        WriteNamed();
        WriteProviders(providers);
    }

    private void WriteProviders(List<(int Name, int Package, int Relation)> providers)
    {
        providers.Sort();
        var starts = new int[_numberAt.Length + 1];
        var numbers = new List<int>(2 * providers.Count);
        for (var i = 0; i < providers.Count; i++)
        {
            if (i == 0 || providers[i] != providers[i - 1])
            {
                starts[providers[i].Name + 1]++;
                numbers.Add(providers[i].Package);
                numbers.Add(providers[i].Relation);
            }
        }

        ColumnWriting.Accumulate(starts);
        _columns.Add(starts);
        _columns.Add(numbers.ToArray());
    }

    private void WriteNamed()
    {
        var starts = new int[_numberAt.Length + 1];
        foreach (var row in _rows)
        {
            starts[_rankOf[row.Name] + 1]++;
        }

        ColumnWriting.Accumulate(starts);
        _columns.Add(starts);
    }

    private Dictionary<int, List<int>> MoreFilesByRow()
    {
        var rows = new Dictionary<(int, StatedDigest), int>();
        for (var i = 0; i < _rows.Length && _builder.MoreFiles.Count > 0; i++)
        {
            rows[(_rows[i].Source, _rows[i].Digest)] = i;
        }

        var more = new Dictionary<int, List<int>>();
        foreach (var (source, package, relation) in _builder.MoreFiles)
        {
            if (rows.TryGetValue((source, package), out var row))
            {
                (CollectionsMarshal.GetValueRefOrAddDefault(more, row, out _) ??= []).Add(relation);
            }
        }

        foreach (var relations in more.Values)
        {
            relations.Sort((a, b) => _relationRank[a].CompareTo(_relationRank[b]));
        }

        return more;
    }

    private void WriteObsoleters() => WriteNamesIn(kind => kind == RpmDependencyKind.Obsoletes);

    private void WriteSupplementers() => WriteNamesIn(kind => kind is RpmDependencyKind.Supplements or RpmDependencyKind.Enhances);

    private void WriteNamesIn(Func<RpmDependencyKind, bool> isMeant)
    {
        var pairs = new SortedSet<(int Name, int Package)>();
        var pending = new Stack<RpmTerm>();
        for (var package = 0; package < _rows.Length; package++)
        {
            foreach (var (kind, term) in DependenciesOf(_rows[package]))
            {
                if (isMeant(kind))
                {
                    pending.Push(term);
                }
            }

            while (pending.TryPop(out var term))
            {
                if (term.Operator == RpmOperator.Relation)
                {
                    _ = pairs.Add((_rankOf[_builder.Relations[term.First].Name], package));
                    continue;
                }

                _builder.Terms.GetRange(term.First, term.Count).ForEach(pending.Push);
            }
        }

        var starts = new int[_numberAt.Length + 1];
        foreach (var (name, _) in pairs)
        {
            starts[name + 1]++;
        }

        ColumnWriting.Accumulate(starts);
        _columns.Add(starts);
        _columns.Add(pairs.Select(p => p.Package).ToArray());
    }

    private int[] Flags()
    {
        var flags = Column(row => (int)(IsInstallOnly(row) ? RpmPackageFlags.InstallOnly : RpmPackageFlags.None));
        foreach (var advised in _builder.Security)
        {
            foreach (var package in Mending(advised))
            {
                flags[package] |= (int)RpmPackageFlags.Security;
            }
        }

        foreach (var artifact in _builder.Streams.SelectMany(s => s.Stream.Artifacts))
        {
            foreach (var package in WithNevra(artifact))
            {
                flags[package] |= (int)RpmPackageFlags.Modular;
            }
        }

        return flags;
    }

    /// <summary>What dnf treats so without being told (its installonlypkgs).</summary>
    private bool IsInstallOnly(RpmRow row)
    {
        foreach (var number in CollectionsMarshal.AsSpan(_builder.Provides).Slice(row.FirstProvide, row.ProvideCount))
        {
            var name = _builder.Strings[_builder.Relations[number].Name];
            if (name.SequenceEqual("kernel"u8) || name.SequenceEqual("kernel-PAE"u8) || name.SequenceEqual("multiversion(kernel)"u8)
                || name.StartsWith("installonlypkg("u8))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The strings of modules and groups must have numbers before the strings are ranked.</summary>
    private void InternStreamsAndGroups()
    {
        foreach (var (_, stream) in _builder.Streams)
        {
            _ = _builder.Text(stream.Module);
            _ = _builder.Text(stream.Stream);
            foreach (var (module, needed) in stream.Needs)
            {
                _ = _builder.Text(module);
                _ = _builder.Text(needed);
            }
        }

        foreach (var (id, groups) in _builder.Groups)
        {
            _ = _builder.Text(id);
            foreach (var (name, _, condition) in groups.SelectMany(g => g.Members))
            {
                _ = _builder.Text(name);
                _ = _builder.Text(condition);
            }
        }
    }

    private void WriteStreams()
    {
        var streams = _builder.Streams.GroupBy(s => (Module: Rank(s.Stream.Module), Stream: Rank(s.Stream.Stream), s.Source)).OrderBy(g => g.Key).ToList();
        var (rows, ofPackage) = (new List<int>(), new SortedSet<(int Package, int Stream)>());
        var (needStarts, needs) = (new List<int> { 0 }, new List<int>());
        for (var i = 0; i < streams.Count; i++)
        {
            var (module, stream, source) = streams[i].Key;
            var first = streams[i].First().Stream;
            var isDefault = _builder.DefaultStreams.GetValueOrDefault((source, first.Module)) == first.Stream;
            rows.AddRange([module, stream, source, isDefault ? 1 : 0]);
            ofPackage.UnionWith(streams[i].SelectMany(s => s.Stream.Artifacts).SelectMany(WithNevra).Select(package => (package, i)));
            foreach (var need in streams[i].SelectMany(s => s.Stream.Needs).Select(n => (Module: Rank(n.Module), Stream: Rank(n.Stream))).Distinct().Order())
            {
                needs.AddRange([need.Module, need.Stream]);
            }

            needStarts.Add(needs.Count / 2);
        }

        var starts = new int[_rows.Length + 1];
        foreach (var (package, _) in ofPackage)
        {
            starts[package + 1]++;
        }

        ColumnWriting.Accumulate(starts);
        _columns.Add(rows.ToArray());
        _columns.Add(starts);
        _columns.Add(ofPackage.Select(p => p.Stream).ToArray());
        _columns.Add(needStarts.ToArray());
        _columns.Add(needs.ToArray());
    }

    private void WriteGroups()
    {
        var (ids, starts, members) = (new List<int>(), new List<int> { 0 }, new List<int>());
        foreach (var (id, groups) in _builder.Groups.OrderBy(g => Rank(g.Key)))
        {
            ids.Add(Rank(id));
            foreach (var (name, kind, condition) in groups.SelectMany(g => g.Members)
                .Select(m => (Name: Rank(m.Name), m.Kind, Condition: Rank(m.Condition))).Distinct().OrderBy(m => m.Kind).ThenBy(m => m.Name).ThenBy(m => m.Condition))
            {
                members.AddRange([name, (int)kind, condition]);
            }

            starts.Add(members.Count / 3);
        }

        _columns.Add(ids.ToArray());
        _columns.Add(starts.ToArray());
        _columns.Add(members.ToArray());
    }

    private int Rank(string text) => _rankOf[_builder.Text(text)];

    /// <summary><c>name-epoch:version-release.arch</c>.</summary>
    private List<int> WithNevra(string nevra)
    {
        var dot = nevra.LastIndexOf('.');
        var release = dot < 0 ? -1 : nevra.LastIndexOf('-', dot);
        var version = release <= 0 ? -1 : nevra.LastIndexOf('-', release - 1);
        if (version < 0)
        {
            return [];
        }

        var text = nevra[(version + 1)..release];
        var colon = text.IndexOf(':');
        var evr = RpmRecord.Evr(colon < 0 ? "" : text[..colon], text[(colon + 1)..], nevra[(release + 1)..dot]);
        return WithIdentity(nevra[..version], evr, nevra[(dot + 1)..]);
    }

    /// <summary>
    /// What an advisory names, or where no repository has that any more, what came after it: the oldest version that has its mend too.
    /// Repositories of updates keep the newest build of a package and drop the one that the advisory was written for.
    /// </summary>
    private List<int> Mending(AdvisedPackage advised)
    {
        var named = WithIdentity(advised.Name, advised.Evr, advised.Architecture);
        if (named.Count > 0)
        {
            return named;
        }

        var later = Namesakes(advised.Name, advised.Architecture).SkipWhile(i => RpmVersionOrder.Compare(Read(_rows[i].Version), advised.Evr) < 0).ToList();
        return [.. later.TakeWhile(i => RpmVersionOrder.Compare(Read(_rows[i].Version), Read(_rows[later[0]].Version)) == 0)];
    }

    /// <summary>In the order of their versions, the oldest first.</summary>
    private List<int> Namesakes(string name, string architecture)
    {
        if (_byName is null)
        {
            _byName = [];
            for (var i = 0; i < _rows.Length; i++)
            {
                var key = (Read(_rows[i].Name), Read(_rows[i].Architecture));
                (CollectionsMarshal.GetValueRefOrAddDefault(_byName, key, out _) ??= []).Add(i);
            }
        }

        return _byName.GetValueOrDefault((name, architecture)) ?? [];
    }

    private List<int> WithIdentity(string name, string evr, string architecture)
    {
        if (_byIdentity is null)
        {
            _byIdentity = [];
            for (var i = 0; i < _rows.Length; i++)
            {
                var key = (Read(_rows[i].Name), Read(_rows[i].Version), Read(_rows[i].Architecture));
                (CollectionsMarshal.GetValueRefOrAddDefault(_byIdentity, key, out _) ??= []).Add(i);
            }
        }

        return _byIdentity.GetValueOrDefault((name, evr, architecture)) ?? [];
    }

    private string Read(int number) => System.Text.Encoding.UTF8.GetString(_builder.Strings[number]);
}
