# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Install negtrain_ros as an ament_python package."""
from pathlib import Path

from setuptools import find_packages, setup

NAME = 'negtrain_ros'
NODES = (
    'encoder_publisher',
    'phase_detector',
    'load_controller',
    'session_manager',
    'mock_machine',
    'machine',
)


def shared(folder):
    """Return the data files of a folder and its subfolders, each below share/negtrain_ros."""
    files = [path for path in Path(folder).rglob('*') if path.is_file() and path.suffix != '.pyc']
    return [(f'share/{NAME}/{path.parent}', [str(path)]) for path in sorted(files)]


setup(
    name=NAME,
    version='0.2.0',
    packages=find_packages(include=[NAME, f'{NAME}.*']),
    package_data={NAME: ['py.typed', 'history/migrations/**', '**/templates/**']},
    data_files=[
        ('share/ament_index/resource_index/packages', [f'resource/{NAME}']),
        (f'share/{NAME}', ['package.xml']),
        *shared('launch'),
        *shared('config'),
    ],
    install_requires=['setuptools'],
    extras_require={
        'parquet': ['pyarrow'],
        'postgresql': ['psycopg2-binary'],
        'recording': ['mcap', 'mcap-ros2-support'],
        'test': ['pytest'],
        'canopen': ['canopen>=2.4,<3', 'python-can>=4.5,<5', 'msgpack'],
        'simulated-drive': ['durand>=0.5,<0.6'],
    },
    zip_safe=True,
    maintainer='negtrain maintainers',
    maintainer_email='no-mailbox@negtrain.invalid',
    description='Negative training on a motorised strength machine.',
    license='Apache-2.0',
    entry_points={
        'console_scripts': [
            *(f'{name} = {NAME}.bringup.executables:{name}'
              for name in (*NODES, 'simulated_drive', 'composed')),
            f'negtrain = {NAME}.cli:main',
        ],
    },
)
