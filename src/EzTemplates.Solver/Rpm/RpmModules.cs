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

    private BitArray Hidden(RpmRequest request)
    {
        var hidden = new BitArray(_universe.PackageCount);
        var names = new HashSet<StringId>();
        var shown = new BitArray(_universe.PackageCount);
        for (var i = 0; i < _universe.PackageCount; i++)
        {
            var isOfAny = false;
            foreach (var stream in _universe.StreamsOf(new PackageId(i)))
            {
                isOfAny = true;
                shown[i] |= _enabled[stream];
            }

            hidden[i] = isOfAny && !shown[i];
            if (shown[i])
            {
                _ = names.Add(_universe.Names[i]);
            }
        }

        for (var i = 0; i < _universe.PackageCount; i++)
        {
            hidden[i] |= !shown[i] && names.Contains(_universe.Names[i]);
            var source = _universe.SourceNumbers[i];
            hidden[i] &= !(source < request.Sources.Length && request.Sources[source].ModuleHotfixes);
        }

        return hidden;
    }
}
