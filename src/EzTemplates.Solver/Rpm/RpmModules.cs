using System.Collections;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>
/// Which packages module streams hide (dnf's modularity, libdnf's filtering): a package of a stream that is not enabled; and, where a
/// stream is enabled, packages of its names that are of no enabled stream. Repositories of hot fixes are exempt.
/// </summary>
internal sealed class RpmModules
{
    private readonly RpmUniverse _universe;
    private readonly bool[] _enabled;
    private readonly HashSet<StringId> _modules = [];
    private readonly BitArray? _hidden;

    public RpmModules(RpmUniverse universe, RpmRequest request)
    {
        _universe = universe;
        _enabled = new bool[universe.Streams.Length];
        if (_enabled.Length > 0)
        {
            Enable(request.Modules);
            _hidden = Hidden(request);
        }
    }

    public bool Hides(PackageId package) => _hidden is not null && _hidden[package.Value];

    public bool IsEnabled(int stream) => _enabled[stream];

    /// <summary>The same request with a stream under `modules`, in the place of another of its module, and how a hint says it.</summary>
    public static (RpmRequest Request, string Hint) Asking(RpmRequest request, string stream)
    {
        var module = ModuleOf(stream);
        var replaced = request.Modules.RemoveAll(other => ModuleOf(other) != module);
        return (
            request with { Modules = request.Modules.RemoveAll(other => ModuleOf(other) == module).Add(stream) },
            replaced.IsEmpty ? $"enable `{stream}` under `modules`" : $"put `{stream}` in the place of `{replaced[0]}` under `modules`");
    }

    /// <summary>What is wrong with the streams that are asked for; null where nothing is.</summary>
    public static Conflict? Trouble(RpmUniverse universe, RpmRequest request)
    {
        foreach (var text in request.Modules)
        {
            if (Matching(universe, text).Count == 0)
            {
                return new Conflict([$"no repository has {(text.Contains(':') ? "a" : "a default")} module stream `{text}`"], StreamHint(universe, text), new UnknownPackage(new PackageRequest(text), UnknownCause.NoSuchName));
            }

            if (request.Modules.FirstOrDefault(other => other != text && ModuleOf(other) == ModuleOf(text)) is { } twin)
            {
                return new Conflict([$"`{text}` and `{twin}` are asked for, and a module has one stream at a time"], $"leave out one of them under `modules`", null);
            }
        }

        return null;
    }

    private static string ModuleOf(string text) => text.Split(':')[0];

    /// <summary>What the author may have meant: a stream with a profile, as dnf's command takes it, another stream, or another module.</summary>
    private static string? StreamHint(RpmUniverse universe, string text)
    {
        if (text.Split('/') is [var stream, _] && Matching(universe, stream).Count > 0)
        {
            return $"put `{stream}` under `modules`, and of its profile the packages that are wanted under `packages`";
        }

        var there = universe.Streams.ToArray().Select(one => (Module: universe.Text(one.Module), Stream: universe.Text(one.Stream))).Distinct().ToList();
        var module = there.Exists(one => one.Module == ModuleOf(text)) ? ModuleOf(text)
            : NearNames.Closest(ModuleOf(text), there.Select(one => one.Module).Distinct(), 1) is [var near] ? near : "";
        var streams = there.Where(one => one.Module == module).Select(one => $"`{one.Module}:{one.Stream}`").Order(StringComparer.Ordinal).ToList();
        return streams.Count == 0 ? null : $"put one that there is under `modules`: {string.Join(", ", streams)}";
    }

    /// <summary>Numbers of the streams that a recipe means by <c>module:stream</c>, or by <c>module</c> its default.</summary>
    private static List<int> Matching(RpmUniverse universe, string text)
    {
        var colon = text.IndexOf(':');
        var (module, stream) = (universe.Find(ModuleOf(text)), colon < 0 ? default(StringId?) : universe.Find(text[(colon + 1)..]));
        var found = new List<int>();
        var streams = universe.Streams;
        for (var i = 0; i < streams.Length; i++)
        {
            if (streams[i].Module == module && (colon < 0 ? streams[i].IsDefault != 0 : streams[i].Stream == stream))
            {
                found.Add(i);
            }
        }

        return found;
    }

    /// <summary>
    /// A module has one stream: what the recipe names, and what that needs; then the repositories' defaults, and what they need, of
    /// modules that have none yet.
    /// </summary>
    private void Enable(IReadOnlyList<string> asked)
    {
        EnableWithNeeds(asked.SelectMany(text => Matching(_universe, text)));
        var defaults = new List<int>();
        for (var i = 0; i < _enabled.Length; i++)
        {
            if (_universe.Streams[i].IsDefault != 0)
            {
                defaults.Add(i);
            }
        }

        EnableWithNeeds(defaults);
    }

    private void EnableWithNeeds(IEnumerable<int> wanted)
    {
        var needy = new Queue<int>(wanted.Where(TryEnable).ToList());
        while (needy.TryDequeue(out var stream))
        {
            foreach (var module in _universe.NeedsOf(stream).ToArray().GroupBy(need => need.Module))
            {
                if (!_modules.Contains(module.Key) && Best([.. module]) is { } best && TryEnable(best))
                {
                    needy.Enqueue(best);
                }
            }
        }
    }

    /// <returns>False where its module has a stream.</returns>
    private bool TryEnable(int stream) => _modules.Add(_universe.Streams[stream].Module) && (_enabled[stream] = true);

    /// <summary>Of streams that would each do: the default, else the newest by the order of versions.</summary>
    private int? Best(RpmModuleNeed[] alternatives)
    {
        int? best = null;
        var streams = _universe.Streams;
        for (var i = 0; i < streams.Length; i++)
        {
            var (module, stream, isDefault) = (streams[i].Module, streams[i].Stream, streams[i].IsDefault != 0);
            if (Array.Exists(alternatives, need => need.Module == module && (need.Stream.IsEmpty ? isDefault : need.Stream == stream))
                && (best is not { } known || isDefault || (streams[known].IsDefault == 0
                    && RpmVersionOrder.CompareSegments(_universe.Bytes(stream), _universe.Bytes(streams[known].Stream)) > 0)))
            {
                best = i;
            }
        }

        return best;
    }

    private BitArray? Hidden(RpmRequest request)
    {
        var isExempt = _universe.Sources.Select((_, i) => i < request.Sources.Length && request.Sources[i].ModuleHotfixes).ToArray();
        if (Array.TrueForAll(isExempt, e => e))
        {
            return null;
        }

        var (flags, names, sources) = (_universe.Flags.ToArray(), _universe.Names.ToArray(), _universe.SourceNumbers.ToArray());
        var (hidden, enabled) = (new BitArray(flags.Length), new HashSet<StringId>());
        for (var i = 0; i < flags.Length; i++)
        {
            if ((flags[i] & RpmPackageFlags.Modular) == 0)
            {
                continue;
            }

            hidden[i] = !IsOfEnabledStream(new PackageId(i));
            if (!hidden[i])
            {
                _ = enabled.Add(names[i]);
            }
        }

        for (var i = 0; i < flags.Length; i++)
        {
            hidden[i] |= (flags[i] & RpmPackageFlags.Modular) == 0 && enabled.Count > 0 && enabled.Contains(names[i]);
            hidden[i] &= !isExempt[sources[i]];
        }

        return hidden;
    }

    private bool IsOfEnabledStream(PackageId package)
    {
        foreach (var stream in _universe.StreamsOf(package))
        {
            if (_enabled[stream])
            {
                return true;
            }
        }

        return false;
    }
}
