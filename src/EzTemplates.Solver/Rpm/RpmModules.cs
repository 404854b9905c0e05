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

    /// <summary>What the recipe names, else the repositories' defaults; then what these need.</summary>
    private void Enable(IReadOnlyList<string> asked)
    {
        var wanted = new Queue<int>();
        var chosen = new HashSet<StringId>();
        var streams = _universe.Streams;
        foreach (var text in asked)
        {
            var colon = text.IndexOf(':');
            var (module, stream) = (_universe.Find(colon < 0 ? text : text[..colon]), colon < 0 ? default(StringId?) : _universe.Find(text[(colon + 1)..]));
            for (var i = 0; i < streams.Length; i++)
            {
                if (streams[i].Module == module && (colon < 0 ? streams[i].IsDefault != 0 : streams[i].Stream == stream))
                {
                    wanted.Enqueue(i);
                    _ = chosen.Add(streams[i].Module);
                }
            }
        }

        for (var i = 0; i < streams.Length; i++)
        {
            if (streams[i].IsDefault != 0 && !chosen.Contains(streams[i].Module))
            {
                wanted.Enqueue(i);
            }
        }

        EnableWithNeeds(wanted);
    }

    private void EnableWithNeeds(Queue<int> wanted)
    {
        while (wanted.TryDequeue(out var stream))
        {
            if (_enabled[stream])
            {
                continue;
            }

            _enabled[stream] = true;
            foreach (var need in _universe.NeedsOf(stream))
            {
                if (!IsMet(stream, need.Module))
                {
                    EnqueueMatching(need, wanted);
                }
            }
        }
    }

    private bool IsMet(int stream, StringId module)
    {
        var streams = _universe.Streams;
        foreach (var need in _universe.NeedsOf(stream))
        {
            for (var i = 0; need.Module == module && i < streams.Length; i++)
            {
                if (_enabled[i] && streams[i].Module == module && (need.Stream.IsEmpty || need.Stream == streams[i].Stream))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private void EnqueueMatching(RpmModuleNeed need, Queue<int> wanted)
    {
        var streams = _universe.Streams;
        for (var i = 0; i < streams.Length; i++)
        {
            if (streams[i].Module == need.Module && (need.Stream.IsEmpty ? streams[i].IsDefault != 0 : streams[i].Stream == need.Stream))
            {
                wanted.Enqueue(i);
            }
        }
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
