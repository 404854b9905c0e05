using System.Runtime.InteropServices;
using System.Text;

namespace EzTemplates.Environments.Native;

/// <summary>What a native call answered.</summary>
internal readonly record struct NativeResult(nint Value, int Errno)
{
    public bool Failed => Errno != 0;
}

/// <summary>
/// A thread that does nothing but native calls which others ask of it. Namespaces, root, working directory and credentials are a
/// thread's own on Linux, so this one can live in a sandbox while the rest of the process stays outside. It must never run
/// anything else: the runtime loads assemblies and libraries lazily, and on this thread their paths would be looked up *inside*
/// the sandbox. So functions are looked up before, and the loop has run once before the thread enters anything.
/// Calls whose answers nobody needs at once are queued, and made together with the next one that answers.
/// </summary>
internal sealed unsafe class NativeThread : IDisposable
{
    private static readonly nint LibC = NativeLibrary.Load("libc.so.6");
    private static readonly delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, nint> SystemCall =
        (delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, nint>)NativeLibrary.GetExport(LibC, "syscall");
    private static readonly delegate* unmanaged<int*> ErrnoLocation =
        (delegate* unmanaged<int*>)NativeLibrary.GetExport(LibC, "__errno_location");

    private readonly Thread _thread;
    private readonly object _turn = new();
    private readonly Lock _oneAtATime = new();
    private readonly NativeQueue _before = new();
    private readonly Func<string, int, Exception>? _failure;
    private NativeCall _call;
    private nint _value;
    private int _errno;
    private bool _isAsked;
    private bool _ends;

    /// <param name="failure">What is thrown where a queued call could not be done, from its act and its error number.</param>
    public NativeThread(string name, Func<string, int, Exception>? failure = null)
    {
        _failure = failure;
        _thread = new Thread(Loop) { Name = name, IsBackground = true };
        _thread.Start();
        Queue("try", SystemCallOf((SystemCallNumber)(-1)), NativeOutcome.Ignored);
        Queue("try", SystemCallOf(SystemCallNumber.GetPid), NativeOutcome.Must, NativeWhen.PreviousWorked);
        Run(SystemCallOf(SystemCallNumber.GetPid));
    }

    /// <summary>The address of a function of the C library, for <see cref="Call"/>.</summary>
    public static nint Function(string name) => NativeLibrary.GetExport(LibC, name);

    /// <summary>As <see cref="Function"/>; null where this C library has none of that name.</summary>
    public static nint? TryFunction(string name) => NativeLibrary.TryGetExport(LibC, name, out var address) ? address : null;

    public static NativeCall SystemCallOf(SystemCallNumber number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0) =>
        new((nint)SystemCall, (nint)number, a, b, c, d, e, f);

    /// <summary>Makes a call on the calling thread.</summary>
    public static nint Invoke(in NativeCall call, out int errno)
    {
        var value = ((delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, nint>)call.Function)(call.A, call.B, call.C, call.D, call.E, call.F, call.G);
        errno = value == -1 ? *ErrnoLocation() : 0;
        return value;
    }

    /// <summary>Throws what the constructor's function makes if a call that was queued before could not be done; this one is not tried then.</summary>
    public NativeResult System(SystemCallNumber number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0) =>
        Run(SystemCallOf(number, a, b, c, d, e, f));

    /// <summary>For functions that answer an error number instead of setting errno.</summary>
    public nint Call(nint function, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0) =>
        Run(new NativeCall(function, a, b, c, d, e, f)).Value;

    /// <summary>The call is made before the next that answers; what it points to must live until then.</summary>
    /// <param name="act">What it does, for the failure.</param>
    public void Queue(string act, NativeCall call, NativeOutcome outcome, NativeWhen when = NativeWhen.Always)
    {
        lock (_oneAtATime)
        {
            _before.Add(act, call, outcome, when);
        }
    }

    /// <summary>What is queued is not done.</summary>
    public void DropQueue()
    {
        lock (_oneAtATime)
        {
            _before.Clear();
        }
    }

    /// <summary>Ends the thread; what is still queued is not done. Where it lives in a namespace of its own, bring it out first: the kernel's thread outlives this call a little.</summary>
    public void Dispose()
    {
        lock (_turn)
        {
            _ends = true;
            Monitor.PulseAll(_turn);
        }

        _thread.Join();
    }

    public NativeResult Run(in NativeCall call)
    {
        lock (_oneAtATime)
        {
            lock (_turn)
            {
                _call = call;
                _isAsked = true;
                Monitor.PulseAll(_turn);
                while (_isAsked)
                {
                    Monitor.Wait(_turn);
                }
            }

            return _before.Clear() is { } queued
                ? throw _failure?.Invoke(queued.Act, queued.Errno) ?? new InvalidOperationException(queued.Act)
                : new NativeResult(_value, _errno);
        }
    }

    private void Loop()
    {
        lock (_turn)
        {
            while (true)
            {
                while (!_isAsked && !_ends)
                {
                    Monitor.Wait(_turn);
                }

                if (_ends)
                {
                    return;
                }

                if (_before.Run())
                {
                    _value = Invoke(_call, out _errno);
                }

                _isAsked = false;
                Monitor.PulseAll(_turn);
            }
        }
    }
}

/// <summary>Strings as the kernel takes them, freed together.</summary>
internal sealed unsafe class NativeText : IDisposable
{
    private readonly List<nint> _blocks = [];

    /// <summary>UTF-8, or bytes as chars where the text is of a tree.</summary>
    public nint Of(string text, Encoding? encoding = null)
    {
        encoding ??= Encoding.UTF8;
        var size = encoding.GetByteCount(text);
        var block = (byte*)NativeMemory.Alloc((nuint)size + 1);
        encoding.GetBytes(text, new Span<byte>(block, size));
        block[size] = 0;
        _blocks.Add((nint)block);
        return (nint)block;
    }

    /// <summary>An array of strings that ends with a null, as argv and envp are.</summary>
    public nint Of(IReadOnlyList<string> texts)
    {
        var block = Block((texts.Count + 1) * sizeof(nint));
        for (var i = 0; i < texts.Count; i++)
        {
            ((nint*)block)[i] = Of(texts[i]);
        }

        return block;
    }

    /// <summary>Zeroed memory.</summary>
    public nint Block(int size)
    {
        var block = (nint)NativeMemory.AllocZeroed((nuint)size);
        _blocks.Add(block);
        return block;
    }

    public void Dispose()
    {
        foreach (var block in _blocks)
        {
            NativeMemory.Free((void*)block);
        }

        _blocks.Clear();
    }
}
